# SPDX-License-Identifier: MIT
"""Graphs in API form as the fake ComfyUI sees them: what it refuses, word for word as the real one does, and in which
order it runs them."""
import json
import pathlib

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "fixtures/comfyui"


class Classes:
    """Node classes: those of the recorded /object_info, and any other unless it is said to be missing."""

    def __init__(self, version, extra=None):
        self.known = json.loads((FIXTURES / f"object_info.core.v{version}.json").read_text())
        self.known.update(extra or {})
        self.missing = set()

    def exists(self, name):
        return isinstance(name, str) and name not in self.missing

    def is_output(self, name):
        if name in self.known:
            return self.known[name].get("output_node", False)
        return name.startswith(("Save", "Preview", "ProbeText")) or name in ("VHS_VideoCombine", "LossGraphNode")

    def inputs(self, name):
        spec = self.known.get(name, {}).get("input", {})
        return {**{k: (v, True) for k, v in (spec.get("required") or {}).items()},
                **{k: (v, False) for k, v in (spec.get("optional") or {}).items()}}


def is_link(value):
    return isinstance(value, list)


def choices(spec):
    if isinstance(spec[0], list):
        return spec[0]
    if spec[0] == "COMBO" and len(spec) > 1:
        return spec[1].get("options")
    return None


def names_files(list_of_choices):
    """Lists of files hold only what the recording machine had: any file is taken to be there."""
    return all(isinstance(c, str) and "." in c for c in list_of_choices)


def fault(kind, message, details, **info):
    return {"type": kind, "message": message, "details": details, "extra_info": info}


def check_input(name, spec, value, old):
    options = spec[1] if len(spec) > 1 else {}
    listed = choices(spec)
    if listed is not None:
        if names_files(listed) or value in listed or (old and spec[0] == "COMBO"):
            return None
        long = len(listed) > 20
        shown = f"(list of length {len(listed)})" if long else str(listed)
        return fault("value_not_in_list", "Value not in list", f"{name}: '{value}' not in {shown}", input_name=name,
                     input_config=None if long else spec, received_value=value)
    if spec[0] in ("INT", "FLOAT"):
        try:
            number = int(value) if spec[0] == "INT" else float(value)
        except (TypeError, ValueError) as e:
            return fault("invalid_input_type", f"Failed to convert an input value to a {spec[0]} value",
                         f"{name}, {value}, {e}", input_name=name, input_config=spec, received_value=value,
                         exception_message=str(e))
        if "min" in options and number < options["min"]:
            return fault("value_smaller_than_min", f"Value {number} smaller than min of {options['min']}", name,
                         input_name=name, input_config=spec, received_value=value)
        if "max" in options and number > options["max"]:
            return fault("value_bigger_than_max", f"Value {number} bigger than max of {options['max']}", name,
                         input_name=name, input_config=spec, received_value=value)
    return None


def check_node(graph, id, classes, old):
    node, faults = graph[id], []
    for name, (spec, required) in classes.inputs(node["class_type"]).items():
        if name not in node["inputs"]:
            if required:
                faults.append(fault("required_input_missing", "Required input is missing", name, input_name=name))
            continue
        value = node["inputs"][name]
        if is_link(value):
            if len(value) != 2:
                faults.append(fault("bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]",
                                    name, input_name=name, input_config=spec, received_value=value))
            continue
        found = check_input(name, spec, value, old)
        if found:
            faults.append(found)
    return faults


def ancestors(graph, id, seen=None):
    """A node and all that it needs, what is needed first."""
    seen = {} if seen is None else seen
    if id in seen or id not in graph:
        return seen
    for value in graph[id].get("inputs", {}).values():
        if is_link(value) and value and isinstance(value[0], str):
            ancestors(graph, value[0], seen)
    seen[id] = True
    return seen


def refuse_class(graph, id, old):
    node = graph[id]
    name, title = node.get("class_type"), node.get("_meta", {}).get("title")
    if old:
        text = (f"Cannot execute because node {name} does not exist." if name
                else "Cannot execute because a node is missing the class_type property.")
        return {"type": "invalid_prompt", "message": text, "details": f"Node ID '#{id}'", "extra_info": {}}
    if name is None:
        return {"type": "missing_node_type", "details": f"Node ID '#{id}'", "extra_info": {"node_id": id, "class_type": None, "node_title": None},
                "message": f"Node 'ID #{id}' has no class_type. The workflow may be corrupted or a custom node is missing."}
    return {"type": "missing_node_type", "message": f"Node '{title or name}' not found. The custom node may not be installed.",
            "details": f"Node ID '#{id}'", "extra_info": {"node_id": id, "class_type": name, "node_title": title or name}}


def validate(graph, classes, old):
    """(error or None, outputs to run, node_errors)."""
    for id, node in graph.items():
        if not classes.exists(node.get("class_type")):
            return refuse_class(graph, id, old), [], {}
    outputs = [id for id, node in graph.items() if classes.is_output(node["class_type"])]
    if not outputs:
        return {"type": "prompt_no_outputs", "message": "Prompt has no outputs", "details": "", "extra_info": {}}, [], {}
    good, errors = [], {}
    for output in outputs:
        bad = False
        for id in ancestors(graph, output):
            found = check_node(graph, id, classes, old)
            if found:
                bad = True
                entry = errors.setdefault(id, {"errors": found, "dependent_outputs": [], "class_type": graph[id]["class_type"]})
                entry["dependent_outputs"].append(output)
        if not bad:
            good.append(output)
    if good:
        return None, good, errors
    own = [f"{output}" for output in outputs if output in errors]
    details = "\n".join(f"{e['details']}" for o in own for e in errors[o]["errors"])
    return ({"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation", "details": details,
             "extra_info": {}}, [], errors)
