"""Object manager: objects, handles, names."""
