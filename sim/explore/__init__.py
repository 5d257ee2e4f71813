"""Choosers, one small file each."""
