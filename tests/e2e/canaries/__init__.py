"""Sensitive values planted through every door, and looked for wherever something of them could lie."""
