"""Which changed files are C: only those have functions that a specification models."""

from __future__ import annotations

from pathlib import PurePosixPath

_C = frozenset(
    (
        *(".c", ".h", ".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".inc", ".C", ".H"),
        *(".c_shipped", ".h_shipped", ".l", ".y", ".m"),
    )
)
_SUFFIXES = {
    "assembly": (".S", ".s", ".asm"),
    "linker script": (".lds",),
    "Rust": (".rs",),
    "device tree": (".dts", ".dtsi", ".dtso"),
    "makefile": (".mk", ".mak", ".make", ".am"),
    "build description": (".cmake", ".bp", ".bzl", ".gn", ".gni", ".ninja", ".spec", ".ac", ".m4"),
    "script": (".sh", ".bash", ".py", ".pl", ".pm", ".awk", ".sed", ".rb", ".lua", ".cocci", ".bt"),
    "documentation": (".rst", ".txt", ".md", ".html", ".texi", ".1", ".2", ".3", ".7", ".8"),
    "configuration": (".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".config"),
}
_NAMES = (
    (("Makefile", "makefile", "GNUmakefile", "Kbuild"), "makefile"),
    (("Kconfig",), "Kconfig"),
    (("Dockerfile", "CMakeLists", "meson", "configure"), "build description"),
    (("MAINTAINERS", "CREDITS", "README", "COPYING", "LICENSE", "CHANGES"), "documentation"),
)


def language(path: str) -> str:
    """What a file is, as a noun, when it is not C; "" when it is."""
    name = PurePosixPath(path).name
    for starts, noun in _NAMES:
        if any(name == start or name.startswith((f"{start}.", f"{start}-")) for start in starts):
            return noun
    suffixes = PurePosixPath(name.removesuffix(".in")).suffixes[-2:]
    if suffixes and suffixes[-1] in _C:
        return ""
    for noun, known in _SUFFIXES.items():
        if any(suffix in known for suffix in suffixes):
            return noun
    return "a file that is not C"
