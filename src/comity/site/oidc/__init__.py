"""Signing in with a ministry's own login, by OpenID Connect."""
