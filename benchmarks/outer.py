"""The seccomp filter that a container runtime sets around everything, compiled by libseccomp as runc compiles it."""

import ctypes
import json
import os
import platform

import place

# As strict as containerd's RuntimeDefault for a container without capabilities.
PROFILE = place.ROOT / "Tests" / "ContainerTests" / "Support" / "runtime-default.json"
# SCMP_ACT_* and enum scmp_compare, seccomp.h; SCMP_ACT_ERRNO takes the error's number in its lower half.
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
COMPARISONS = {"SCMP_CMP_NE": 1, "SCMP_CMP_LT": 2, "SCMP_CMP_LE": 3, "SCMP_CMP_EQ": 4, "SCMP_CMP_GE": 5,
               "SCMP_CMP_GT": 6, "SCMP_CMP_MASKED_EQ": 7}
# Which of the names in `includes` this machine answers to, and its own name among libseccomp's.
NAMES = {"x86_64": ("SCMP_ARCH_X86_64", {"amd64", "x86", "x32"}), "aarch64": ("SCMP_ARCH_AARCH64", {"arm64", "arm"})}
UNKNOWN = -1  # __NR_SCMP_ERROR


class Comparison(ctypes.Structure):
    """struct scmp_arg_cmp."""

    _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int), ("one", ctypes.c_uint64),
                ("other", ctypes.c_uint64)]


def write_filter(path):
    """Writes the filter's program for the kernel into a file."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_release.argtypes = [ctypes.c_void_p]
    library.seccomp_arch_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    library.seccomp_arch_resolve_name.restype = ctypes.c_uint32
    library.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint,
                                               ctypes.POINTER(Comparison)]
    profile = json.loads(PROFILE.read_text())
    own, machine = NAMES[platform.machine()]
    context = library.seccomp_init(_action(profile["defaultAction"], profile["defaultErrnoRet"]))
    if not context:
        raise RuntimeError("libseccomp: seccomp_init failed")
    try:
        others = next(entry for entry in profile["archMap"] if entry["architecture"] == own)["subArchitectures"]
        for name in others:
            word = library.seccomp_arch_resolve_name(name.removeprefix("SCMP_ARCH_").lower().encode())
            _check(library.seccomp_arch_add(context, word), name)
        for rule in profile["syscalls"]:
            if not machine & set(rule.get("includes", {}).get("arches", machine)):
                continue
            conditions = [Comparison(each["index"], COMPARISONS[each["op"]], each["value"], each.get("valueTwo", 0))
                          for each in rule.get("args", [])]
            array = (Comparison * len(conditions))(*conditions)
            for name in rule["names"]:
                number = library.seccomp_syscall_resolve_name(name.encode())
                if number != UNKNOWN:
                    action = _action(rule["action"], rule.get("errnoRet", 1))
                    _check(library.seccomp_rule_add_array(context, action, number, len(conditions), array), name)
        with open(path, "wb") as file:
            _check(library.seccomp_export_bpf(context, file.fileno()), "the program")
    finally:
        library.seccomp_release(context)


def _action(name, number):
    return {"SCMP_ACT_ALLOW": ALLOW, "SCMP_ACT_ERRNO": ERRNO | number}[name]


def _check(result, what):
    if result < 0:
        raise RuntimeError(f"libseccomp: {what}: {os.strerror(-result)}")
