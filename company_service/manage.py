#!/usr/bin/env python
"""Commands of the company service."""

import os
import sys
from pathlib import Path

# The repository's root instead of this folder, where celery.py would hide the library of that name.
sys.path[0] = str(Path(__file__).resolve().parents[1])
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "company_service.settings")

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
