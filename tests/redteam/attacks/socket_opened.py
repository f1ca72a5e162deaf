"""Connections to the network, to this machine and to services on unix sockets."""

CATEGORY = "Go outside"
POINTS = 0
STOCK = "uses the network"
SOLUTION = """
import glob, socket
for address in (('192.0.2.1', 80), ('127.0.0.1', 22), ('127.0.0.1', 8888), ('198.51.100.1', 80)):
    try:
        socket.create_connection(address, timeout=1)
        print('REACHED' + '_OUTSIDE', address)
    except OSError as error:
        print(error)
for path in ('/var/run/docker.sock', '/run/dbus/system_bus_socket', *glob.glob('/tmp/*/*sock*')):
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        print('REACHED' + '_OUTSIDE', path)
    except OSError:
        pass
def center(X):
    return X * 0
"""
