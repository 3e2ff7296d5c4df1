"""HAProxy in front of the old application and the six services, while companies move from one to the other.

One share says how much of the companies the new side serves. A company is on one side with all it asks
for; at a higher share those that are on the new side stay there. Without a gateway nothing is missing but
that: the services answer on their own ports. See docs/switching.md.
"""
