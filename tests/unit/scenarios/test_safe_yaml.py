"""The loader: plain data with lines, and a hostile corpus refused quickly, in little memory, running nothing."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import safe_yaml
from scenarios.errors import ScenarioError, Spot

BILLION = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)
)
HOSTILE = {
    "alias bomb": (BILLION, "anchors (&) and aliases (*)"),
    "anchor alone": ("a: &x 1\n", "anchors"),
    "a million aliases": ("a: &x 1\nb: [" + "*x, " * 40_000 + "]\n", "characters"),
    "merge key": ("a: &x {b: 1}\nc:\n  <<: *x\n", "anchors"),
    "python tag": ("a: !!python/object/apply:os.system ['touch /tmp/owned']\n", "the tag"),
    "local tag": ("a: !include /etc/passwd\n", "the tag"),
    "core tag": ("a: !!int '3'\n", "the tag"),
    "bang alone": ("a: ! 3\n", "the tag"),
    "long tag": ("a: !" + "x" * 9_000 + " 3\n", "the tag"),
    "tag directive": ("%TAG ! tag:example.com,2000:\n---\na: !x 1\n", "the tag"),
    "deep flow": ("a: " + "[" * 4_000 + "]" * 4_000 + "\n", "nested more than"),
    "deep mapping": ("\n".join("  " * i + "a:" for i in range(100)), "nested more than"),
    "many values": ("a:\n" + "- 1\n" * 20_000, "more than 10,000 values"),
    "duplicate keys": ("a: 1\nb: 2\na: 3\n", "stands here twice"),
    "nested duplicate": ("a: {b: 1, 'b': 2}\n", "stands here twice"),
    "nan": ("a: .nan\n", "not a finite number"),
    "nan in words": ("a: NaN\n", "not a finite number"),
    "infinity": ("a: -.inf\n", "not a finite number"),
    "overflow": ("a: 1e999\n", "too large"),
    "huge integer": ("a: " + "9" * 5_000 + "\n", "too long"),
    "long line": ("a: " + "9" * 200_000 + "\n", "characters"),
    "two documents": ("a: 1\n---\nb: 2\n", "second document"),
    "number as key": ("1: a\n", "not a word"),
    "comma in money": ("a: {value: £1,500, source: x}\n", "in quotes if it holds a comma"),
    "list as key": ("? [a]\n: 1\n", "where a key should be"),
    "null key": ("? \n: 1\n", "not a word"),
    "control character": ("a: x\x07\n", "U+0007"),
    "null character": ("a: x\x00\n", "U+0000"),
    "right-to-left override": ("a: x\u202ey\n", "U+202E"),
    "zero-width space": ("a\u200b: x\n", "U+200B"),
    "byte order mark inside": ("a: x\ufeff\n", "U+FEFF"),
    "escaped null": ('a: "x\\0"\n', "U+0000"),
    "escaped direction": ('a: "x\\u202Ey"\n', "U+202E"),
    "escaped half character": ('a: "\\ud800"\n', "U+D800"),
    "escaped key": ('"a\\e": 1\n', "U+001B"),
    "tabs as indentation": ("a:\n\tb: 1\n", "not valid YAML"),
    "unclosed": ("a: [1, 2\n", "not valid YAML"),
    "empty": ("", "empty"),
    "only a comment": ("# nothing\n", "empty"),
    "a list": ("- a\n", "does not start with keys"),
    "a word": ("hello\n", "does not start with keys"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_at_once_in_little_memory(name: str, tmp_path: Path) -> None:
    text, says = HOSTILE[name]
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    began = time.process_time()
    with pytest.raises(ScenarioError) as found:
        safe_yaml.read(path)
    seconds = time.process_time() - began
    # Tracing slows Python several times over, so memory has a reading of its own.
    tracemalloc.start()
    try:
        with pytest.raises(ScenarioError):
            safe_yaml.read(path)
        memory = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert says in str(found.value)
    assert str(found.value).startswith(str(path))
    assert len(str(found.value)) < 600
    assert memory < 200e6
    assert seconds < 2


@pytest.mark.parametrize(
    "text",
    [
        "# x\n" * 64_000,
        "a: " + "b " * 4_000 + "\n" + ("  " + "b " * 4_900 + "\n") * 25,
        "\n" * 260_000,
        "%a b\n" * 50_000,
    ],
    ids=["comments", "long text", "blank lines", "directives"],
)
def test_the_slowest_text_within_the_limits_is_read_in_two_seconds(text: str, tmp_path: Path) -> None:
    path = tmp_path / "slow.yaml"
    path.write_text(text[: safe_yaml.MAX_BYTES - 1])
    began = time.process_time()
    with contextlib.suppress(ScenarioError):
        safe_yaml.read(path)
    assert time.process_time() - began < 2


def test_a_hundred_megabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ScenarioError, match=r"104,857,600 bytes.*at most 262,144"):
        safe_yaml.read(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    for path, says in (
        (tmp_path, "folder"),
        (tmp_path / "pipe.yaml", "not an ordinary file"),
        (Path("/dev/zero"), "not an ordinary file"),
        (tmp_path / "missing.yaml", "no such file"),
        (tmp_path / ("x" * 5_000 + ".yaml"), "cannot be opened"),
        (Path("a\x00b.yaml"), "cannot be opened"),
    ):
        with pytest.raises(ScenarioError, match=says):
            safe_yaml.read(path)


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    for content in (b"a: \xff\xfe\n", "a: 1\n".encode("utf-16"), b"\x80"):
        path = tmp_path / "bytes.yaml"
        path.write_bytes(content)
        with pytest.raises(ScenarioError, match="UTF-8"):
            safe_yaml.read(path)


def test_a_byte_order_mark_at_the_start_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert safe_yaml.read(path).data == {"a": 1, "b": 2}


def test_values_follow_the_core_rules_of_yaml_1_2() -> None:
    text = "no: no\nyes: on\nday: 2026-04-01\nmonth: 2026-04\noctal: 010\nhex: 0x1F\nnull_: ~\ntext: '12'\nfloat: 1e3\n"
    document = safe_yaml.parse(text + "flag: true\nempty:\nbase60: 1:30\nunderscore: 1_000\n", "x")
    assert document.data == {
        "no": "no",
        "yes": "on",
        "day": "2026-04-01",
        "month": "2026-04",
        "octal": 10,
        "hex": 31,
        "null_": None,
        "text": "12",
        "float": 1000.0,
        "flag": True,
        "empty": None,
        "base60": "1:30",
        "underscore": "1_000",
    }


def test_every_key_and_item_keeps_its_line() -> None:
    document = safe_yaml.parse("a: 1\n\nb:\n  - c: 2\n    d: 3\n  - 4\n", "x.yaml")
    assert document.lines == {("a",): 1, ("b",): 3, ("b", 0): 4, ("b", 0, "c"): 4, ("b", 0, "d"): 5, ("b", 1): 6}
    assert (document.spot / "b" / 0 / "d").where == "x.yaml:5"
    assert (document.spot / "b" / 0 / "missing").line == 4


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_data_or_one_clear_line(text: str) -> None:
    try:
        assert isinstance(safe_yaml.parse(text, "x.yaml").data, dict)
    except ScenarioError as problem:
        assert str(problem).startswith("x.yaml")
        assert "\n" not in str(problem)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_override_gives_a_value_or_one_clear_line(content: bytes) -> None:
    spot = Spot("command line", "horizon.months")
    try:
        safe_yaml.parse_value(content.decode("latin-1"), spot)
    except ScenarioError as problem:
        assert str(problem).startswith("command line")
        assert "\n" not in str(problem)


def test_reading_runs_no_code(tmp_path: Path) -> None:
    owned = tmp_path / "owned"
    for tag in ("!!python/object/apply:os.system", "!!python/object/new:os.system", "!!python/name:os.system"):
        path = tmp_path / "tag.yaml"
        path.write_text(f"a: {tag} ['touch {owned}']\n")
        with pytest.raises(ScenarioError):
            safe_yaml.read(path)
    assert not owned.exists()


def test_a_whole_process_refuses_an_alias_bomb_quickly_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(BILLION)
    code = (
        "import sys, pathlib, scenarios.resolve as r\n"
        "try: r.resolve(sys.argv[1])\n"
        "except ValueError: print(pathlib.Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert int(out) < 200_000  # kilobytes
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2
    assert [found.name for found in tmp_path.iterdir()] == ["bomb.yaml"]


def test_the_loader_is_light_to_import() -> None:
    code = "import sys, scenarios.safe_yaml; sys.exit('pandas' in sys.modules or 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
