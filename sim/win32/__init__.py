"""The simulated DLLs: kernel32, ws2_32, ntdll as the user-mode side.  Unmarshal, system call, marshal, last error."""
