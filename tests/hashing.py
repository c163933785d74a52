"""Passwords of tests: hashed as those of people are, at next to no cost, since a test that signs in is not about the price of guessing."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """Argon2 with the smallest sizes that it allows."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
