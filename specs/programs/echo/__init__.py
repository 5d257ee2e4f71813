"""One echo protocol, one client, and a server for each way that Winsock has of waiting for many clients.

A message is its length, 4 bytes in network order, and so many bytes; the server sends each whole message back as it came. A
client ends its session by closing. What all servers share stands in `framing`, `sockets` and `overlapped`, what differs in the
server's own module.
"""
