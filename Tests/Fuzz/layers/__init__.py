"""What is fuzzed, a layer each: see ../README.md."""

from layers.admin import Admin
from layers.commands import CommandLine, Settings
from layers.decisions import Decisions
from layers.grpc_calls import Framing, Messages
from layers.http2 import Frames
from layers.registry import Registry
from layers.rollouts import Rollouts

ALL = [Frames, Framing, Messages, Admin, Registry, Decisions, Settings, Rollouts, CommandLine]
