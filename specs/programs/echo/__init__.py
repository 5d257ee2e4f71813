"""One echo protocol, one client, and a server for each way that Winsock has of waiting for many clients.

A message is its length, 4 bytes in network order, and so many bytes; the server sends each whole message back as it
came. A client ends its session by closing. `framing` and `sockets` have what all servers share; what differs stands in the server's own module.
"""
