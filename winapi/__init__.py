"""The Win32 API that both arms share: structures, constants, callback prototypes, and one declaration per function.

Programs import what they need from here (`from winapi import WSABUF, WSA_IO_PENDING, INFINITE`); the functions themselves come
as attributes of the object that a program is given. The real binding is `winapi.real`, which is loaded on request only.
"""

from alertable.winapi.abi import *  # noqa: F403  # every structure, by its Win32 name
from alertable.winapi.codes import *  # noqa: F403  # every enum
from alertable.winapi.constants import *  # noqa: F403  # some 230 plain names, each declared there
from alertable.winapi.prototypes import *  # noqa: F403  # every callback prototype
from alertable.winapi.surface import *  # noqa: F403  # FUNCTIONS, WinApi and their types
from alertable.winapi.wsaid import *  # noqa: F403  # GUID and the WSAIDs
