"""win32k: windows and message queues, as far as network programs need them."""
