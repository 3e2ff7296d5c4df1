"""The system in containers: the files that compose reads, and what prepares them."""
