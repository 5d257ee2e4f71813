"""Executive: the system services that programs reach through kernel32 and ntdll."""
