# SPDX-License-Identifier: MIT
"""Graphs in API form as the fake ComfyUI sees them: what it refuses, word for word as the real one does, and in which
order it runs them."""
import json
import pathlib

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "fixtures/comfyui"


def written(folders):
    """Every node of the workflows below these folders."""
    for folder in folders:
        for path in sorted(folder.rglob("*.api.json")):
            try:
                yield from json.loads(path.read_text()).values()
            except ValueError:
                pass  # wrong on purpose


def define(name, nodes):
    """A class as far as the workflows that use it tell what it is."""
    fields, outputs = {}, 8
    for node in nodes:
        for field, value in node.get("inputs", {}).items():
            kind = ("*" if isinstance(value, list) else "STRING" if isinstance(value, str)
                    else "BOOLEAN" if isinstance(value, bool) else "FLOAT")
            fields.setdefault(field, [kind, {}])
    saves = name.startswith(("Save", "Preview")) or name == "VHS_VideoCombine"
    return {"input": {"required": {}, "optional": fields}, "input_order": {"required": [], "optional": list(fields)},
            "output": ["*"] * outputs, "output_is_list": [False] * outputs, "output_name": ["*"] * outputs, "name": name,
            "display_name": name, "description": "", "python_module": "nodes", "category": "", "output_node": saves}


class Classes:
    """Node classes: those of the recorded /object_info, those of our own workflows, and any other unless it is said to be
    missing. Files that workflows name are there, unless they are forgotten."""

    def __init__(self, version, extra=None):
        by_class = {}
        for node in written([FIXTURES / "presets", FIXTURES.parents[2] / "presets"]):
            if isinstance(node, dict) and node.get("class_type"):
                by_class.setdefault(node["class_type"], []).append(node)
        self.known = {name: define(name, nodes) for name, nodes in by_class.items()}
        recorded = json.loads((FIXTURES / f"object_info.core.v{version}.json").read_text())
        for name, entry in recorded.items():
            self.known[name] = self.with_files(entry, by_class.get(name, []))
        self.known.update(extra or {})
        self.missing = set()

    def with_files(self, entry, nodes):
        for part in ("required", "optional"):
            for field, spec in (entry["input"].get(part) or {}).items():
                listed = choices(spec)
                if listed is None or not names_files(listed):
                    continue
                for node in nodes:
                    value = node["inputs"].get(field)
                    if isinstance(value, str) and value not in listed:
                        listed.append(value)
        return entry

    def forget(self, file):
        """It is not on the server any more."""
        for entry in self.known.values():
            for part in ("required", "optional"):
                for spec in (entry["input"].get(part) or {}).values():
                    if choices(spec) and file in choices(spec):
                        choices(spec).remove(file)

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
    options = spec[1]
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
        spec = [spec[0], spec[1] if len(spec) > 1 else {}]
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
        return {"type": "missing_node_type",
                "message": f"Node 'ID #{id}' has no class_type. The workflow may be corrupted or a custom node is missing.",
                "details": f"Node ID '#{id}'", "extra_info": {"node_id": id, "class_type": None, "node_title": None}}
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
