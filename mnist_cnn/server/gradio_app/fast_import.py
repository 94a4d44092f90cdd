"""Import Gradio in half the time: import this module first.

For every component, on every import, Gradio parses its own source and writes a ``.pyi`` stub beside
it for editors, which takes half of three seconds. Nothing needs these stubs at run time.

pandas, which Gradio imports, would import pyarrow where it is installed; imported before
TensorFlow, pyarrow has crashed processes. Nothing here needs it, so this process does without.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

from mnist_cnn.server.gradio_app import environment_variables

MODULE, STUB_WRITER = "gradio.component_meta", "create_or_modify_pyi"


class _WithoutStubs(importlib.abc.MetaPathFinder):
    """Finds one module, once, and replaces its function that writes stubs."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            if hasattr(module, STUB_WRITER):  # else this Gradio writes none
                setattr(module, STUB_WRITER, lambda *_: None)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]  # of this one alone
        return spec


if MODULE not in sys.modules:
    sys.meta_path.insert(0, _WithoutStubs())
    sys.modules.setdefault("pyarrow", None)  # type: ignore[arg-type]  # as if it were not there
    with environment_variables.hidden():
        import gradio  # noqa: F401
