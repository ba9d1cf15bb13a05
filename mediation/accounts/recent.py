"""A small memory of values that depend on nothing but their key, so that each process may keep its own."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """The `size` values that were used last."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def clear(self) -> None:
        """Remember nothing."""
        with self._lock:
            self._values.clear()

    def find(self, key: Key) -> Value | None:
        """The value of this key, if it is still remembered."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def put(self, key: Key, value: Value) -> Value:
        """Remember a value and return it."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of this key, made now unless it is remembered. What `make` raises is not remembered."""
        found = self.find(key)
        return self.put(key, make()) if found is None else found
