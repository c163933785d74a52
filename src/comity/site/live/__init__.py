"""The live channel: server-sent events for pages that are open, and the same by asking (docs/live-channel.md)."""

from comity.site.live.channel import Channel
from comity.site.live.hub import Hub

__all__ = ["Channel", "Hub"]
