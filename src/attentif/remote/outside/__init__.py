"""The trusted side: students as objects, connections, the listener."""
