#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the tables of keys in docs/language.md from stdlib/schema/*.json. A test compares the two;
C41_BLESS=1 with that test writes them anew."""
import json
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "stdlib" / "schema"


class Schema:
    def __init__(self, name):
        self.root = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))

    def resolve(self, node):
        while "$ref" in node and "properties" not in node:
            file, _, pointer = node["$ref"].partition("#")
            target = Schema(file.removesuffix(".json")).root if file else self.root
            for step in filter(None, pointer.split("/")):
                target = target[step]
            node = {**target, **{k: v for k, v in node.items() if k != "$ref"}}
        return node

    def value(self, node):
        """What may stand under a key, in a few words."""
        node = self.resolve(node)
        if "enum" in node:
            return ", ".join(map(str, node["enum"]))
        if "title" in node:
            return node["title"]
        if "const" in node:
            return json.dumps(node["const"])
        if "anyOf" in node:
            return " or ".join(dict.fromkeys(map(self.value, node["anyOf"])))
        if node.get("type") == "array" and "items" in node:
            return "a list: " + self.value(node["items"])
        return {"boolean": "true, false", "number": "a number", "integer": "a whole number",
                "string": "text", "object": "a mapping", "array": "a list"}.get(node.get("type"), "anything")

    def objects(self, node):
        """Every mapping with keys of its own that is written in node: itself, one of its forms, or one
        of its members; definitions that it refers to have a place of their own."""
        if "$ref" in node and "properties" not in node:
            return
        if "properties" in node:
            yield node
        for child in node.get("properties", {}).values():
            yield from self.objects(child)
        for form in [*node.get("anyOf", []), node.get("items"), node.get("additionalProperties")]:
            if isinstance(form, dict):
                yield from self.objects(form)

    def table(self, node):
        required = set(node.get("required", []))
        yield "| key | value | meaning |"
        yield "|---|---|---|"
        for key, child in node["properties"].items():
            told = self.resolve(child)
            meaning = child.get("description", told.get("description", ""))
            default = child.get("default", told.get("default"))
            if default is not None:
                meaning += f" Default: {default if isinstance(default, str) else json.dumps(default)}."
            if key in required:
                meaning += " Required."
            cells = (f"`{key}`", self.value(child), meaning)
            yield "| " + " | ".join(re.sub(r"\s+", " ", cell).strip().replace("|", "\\|") for cell in cells) + " |"


def sections(name, title):
    schema = Schema(name)
    yield f"### {title}"
    told = title
    for node in [schema.root, *schema.root.get("$defs", {}).values()]:
        for mapping in schema.objects(node):
            if not mapping["properties"]:
                continue
            heading = mapping["title"][0].upper() + mapping["title"][1:]
            if heading != told:
                yield f"#### {heading}"
                yield from filter(None, [mapping.get("description", node.get("description"))])
            told = heading
            yield "\n".join(schema.table(mapping))


def main():
    for name, title in [("film", "A film"), ("preset", "A preset"), ("studio", "A studio"), ("picks", "A picks file"),
                        ("theme", "A theme")]:
        for paragraph in sections(name, title):
            print(paragraph, end="\n\n")


if __name__ == "__main__":
    main()
