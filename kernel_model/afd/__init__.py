"""AFD: the socket driver.  Endpoints, connections, receive and send queues, readiness."""
