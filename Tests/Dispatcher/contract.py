"""The OpenAPI document as a judge of requests and responses."""

import json
import re

import jsonschema


class Contract:
    def __init__(self, document):
        self.document = document
        self.seen = set()  # (method, path, status) that a response was held against
        self.resolver = jsonschema.RefResolver.from_schema(document)

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            _, node = self.resolver.resolve(node["$ref"])
        return node

    def operations(self):
        """(method, path, operation), of all."""
        for path, item in self.document["paths"].items():
            for method in ("get", "put", "post", "delete", "patch", "head", "options"):
                if method in item:
                    yield method.upper(), path, item[method]

    def documented(self):
        """(method, path, status), of all."""
        return {(method, path, int(status)) for method, path, it in self.operations() for status in it["responses"]}

    def find(self, method, path):
        """The template and the operation that a request belongs to: the most literal one."""
        path = path.partition("?")[0]
        for template in sorted(self.document["paths"], key=lambda it: it.count("{")):
            pattern = re.escape(template).replace(r"\{id\}", "[^/]+").replace(r"\{name\}", ".+")
            if re.fullmatch(pattern, path) and method.lower() in self.document["paths"][template]:
                return template, self.document["paths"][template][method.lower()]
        raise AssertionError(f"{method} {path} is in no path of the document")

    def problems(self, value, schema):
        """What a value has that the schema does not allow, and members that it does not know."""
        checker = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        found = [f"{'.'.join(map(str, it.absolute_path))}: {it.message}" for it in checker.iter_errors(value)]
        return found + list(self.unknown(value, schema, ""))

    def unknown(self, value, schema, place):
        schema = self.resolve(schema)
        if isinstance(value, dict):
            known, others = schema.get("properties", {}), schema.get("additionalProperties")
            for name, member in value.items():
                if name in known:
                    yield from self.unknown(member, known[name], f"{place}.{name}")
                elif isinstance(others, dict):
                    yield from self.unknown(member, others, f"{place}.{name}")
                elif others is not True and (known or others is False):
                    yield f"{place}.{name} is not documented"
        elif isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value):
                yield from self.unknown(item, schema["items"], f"{place}[{index}]")

    def check(self, method, path, answer):
        """Holds a response against the document."""
        template, operation = self.find(method, path)
        said = f"{method} {path}: {answer}"
        if str(answer.status) not in operation["responses"]:
            raise AssertionError(f"the status is not documented: {said}")
        self.seen.add((method, template, answer.status))
        response = self.resolve(operation["responses"][str(answer.status)])
        for name in response.get("headers", {}):
            if name.lower() not in answer.headers:
                raise AssertionError(f"{name} is missing: {said}")
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if kind not in response["content"]:
            raise AssertionError(f"the media type is not documented: {said}")
        if kind.endswith("json"):
            wrong = self.problems(json.loads(answer.body), response["content"][kind]["schema"])
            if wrong:
                raise AssertionError(f"{wrong}: {said}")

    def examples(self):
        """(where, value, schema) of all examples."""
        def walk(node, place):
            node_here = node
            if isinstance(node_here, dict):
                if "schema" in node_here:
                    if "example" in node_here:
                        yield f"{place}.example", node_here["example"], node_here["schema"]
                    for name, it in node_here.get("examples", {}).items():
                        yield f"{place}.{name}", it["value"], node_here["schema"]
                elif "type" in node_here or "oneOf" in node_here:
                    for it in node_here.get("examples", []):
                        yield f"{place}.examples", it, node_here
                for name, it in node_here.items():
                    if name not in ("example", "examples"):
                        yield from walk(it, f"{place}.{name}")
            elif isinstance(node_here, list):
                for index, it in enumerate(node_here):
                    yield from walk(it, f"{place}[{index}]")
        yield from walk(self.document, "")
