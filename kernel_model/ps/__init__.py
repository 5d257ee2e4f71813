"""Process structure: processes and threads."""
