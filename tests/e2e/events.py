# SPDX-License-Identifier: MIT
"""The event stream of DESIGN.md section 7: the fields of each event, and what order they come in."""

NUMBER = (int, float)
TEXT = (str, type(None))

FACTS = {"type"}
ARTIFACT = {"name": str, "digest": str, "path": str, "facts": dict}
DELIVERABLE = {"name": str, "path": str, "facts": dict}
FIELDS = {
    "build-start": {"film": str, "steps": int},
    "step-start": {"id": str, "kind": str, "preset": TEXT, "service": str, "machine": str},
    "step-progress": {"id": str, "done": NUMBER, "total": NUMBER, "note": TEXT},
    "step-done": {"id": str, "kind": str, "cached": bool, "seconds": NUMBER, "outputs": list},
    "step-failed": {"id": str, "error": str, "attempt": int, "final": bool},
    "service": {"machine": str, "service": str, "state": str},
    "build-end": {"status": str, "ran": int, "cached": int, "failed": int, "skipped": int, "seconds": NUMBER,
                  "saved_seconds": NUMBER, "deliverables": list},
}


def check_fields(value, fields, of):
    assert set(value) == set(fields), f"{of} has {sorted(value)}, not {sorted(fields)}"
    for name, types in fields.items():
        known = types if isinstance(types, tuple) else (types,)
        good = isinstance(value[name], known) and (bool in known or not isinstance(value[name], bool))
        assert good, f"{of}.{name} is {value[name]!r}"


def check_event(event):
    name = event.get("event")
    assert name in FIELDS, event
    fields = FIELDS[name]
    if name == "step-progress": # how far it is, or a note, or both
        fields = {k: v for k, v in fields.items() if k in event}
        assert "note" in fields or {"done", "total"} <= set(fields), event
    check_fields(event, {"event": str, "t": NUMBER, **fields}, name)
    if name == "step-done":
        assert event["outputs"], event
        for output in event["outputs"]:
            check_fields(output, ARTIFACT, "output")
            assert len(output["digest"]) == 64 and FACTS <= set(output["facts"]), output
    if name == "build-end":
        for deliverable in event["deliverables"]:
            check_fields(deliverable, DELIVERABLE, "deliverable")


def check_stream(events):
    """Raises where a stream of events (of one film) is not what it should be."""
    if not events:
        return
    for event in events:
        check_event(event)
    names = [e["event"] for e in events]
    assert names[0] == "build-start" and names[-1] == "build-end", names
    assert names.count("build-start") == names.count("build-end"), names
    times = [e["t"] for e in events]
    assert times == sorted(times) and times[0] >= 0, "time runs backwards"

    started, done = set(), set()
    for event in events:
        step = event.get("id")
        if event["event"] == "build-start":
            started, done = set(), set()
        elif event["event"] == "step-start":
            started.add(step)
        elif event["event"] == "step-progress":
            assert step in started and step not in done, f"progress of {step}, which does not run"
        elif event["event"] == "step-done":
            assert step not in done, f"{step} is done twice"
            assert event["cached"] or step in started, f"{step} is done but never started"
            done.add(step)
        elif event["event"] == "build-end":
            ran = [e for e in events if e["event"] == "step-done" and not e["cached"]]
            if names.count("build-end") == 1:
                assert event["ran"] == len(ran), f"ran {event['ran']}, but {len(ran)} steps were done"
