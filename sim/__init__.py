"""Runs programs on the kernel model: greenlet threads, simulated DLLs, choosers, traces, views."""
