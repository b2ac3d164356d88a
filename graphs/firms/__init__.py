"""Firms that supply each other: how the fall of one spreads, and which would take most with it."""

from graphs.firms.cascade import Cascade, cascade, esri
from graphs.firms.network import FirmNetwork

__all__ = ["Cascade", "FirmNetwork", "cascade", "esri"]
