"""Programs written once against the Win32 API: each file imports only winapi and ctypes and runs unchanged on both arms.

`program(w)` is what a file runs as; other functions are reachable as FILE:function.
"""
