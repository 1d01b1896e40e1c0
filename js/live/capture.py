"""Writes what goes over loopback, to one file for each direction of each connection, until it is told to end.

    python3 capture.py FOLDER        needs the right to open raw sockets, as root has it

Files are called FROM-TO, after the two ports.
"""

import socket
import struct
import sys

ALL_PROTOCOLS, OUTGOING = 3, 4
TCP = 6

folder = sys.argv[1]
loopback = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PROTOCOLS))
loopback.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
loopback.bind(("lo", 0))
print("captures", flush=True)

flows = {}
while True:
    packet, (_, _, kind, *_) = loopback.recvfrom(1 << 17)
    # each packet is seen when it is sent and when it comes
    if kind != OUTGOING or packet[0] >> 4 != 4 or packet[9] != TCP:
        continue
    segment = packet[4 * (packet[0] & 15):struct.unpack_from("!H", packet, 2)[0] or None]
    source, target = struct.unpack_from("!HH", segment)
    content = segment[4 * (segment[12] >> 4):]
    if content:
        if (source, target) not in flows:
            flows[source, target] = open(f"{folder}/{source}-{target}", "ab", buffering=0)
        flows[source, target].write(content)
