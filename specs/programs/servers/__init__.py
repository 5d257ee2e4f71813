"""One echo protocol, served in every way that Winsock has: seven servers, two skeletons, one client."""
