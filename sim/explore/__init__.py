"""Exploring: many executions of the same programs, one room for each part of it.

check, report, strategies: the doors.  relation: what depends on what.  algorithms: searches through every interleaving.
sampling, drawing: schedules drawn at random, by hypothesis.  coordinating: which execution runs when, and in which process.
determinism: whether the same schedule does the same.  answering: the verdict, and what was not searched.  explaining: from a
violation to what a person can read.
"""
