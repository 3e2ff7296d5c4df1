"""``make demo``: shows on a system of its own that hiring over three services leaves nothing half done."""
