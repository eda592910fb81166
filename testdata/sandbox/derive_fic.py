#!/usr/bin/env python3
"""Derives fic-facts.json from Fatture in Cloud's OpenAPI file: derive_fic.py openapi.yaml > fic-facts.json

Kept are the GET operations with their query parameters, what is required, the allowed values and the read scopes.
"""
import json
import sys

import yaml


def main(path):
    with open(path, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    facts = []
    for path, item in sorted(document["paths"].items()):
        operation = item.get("get")
        if operation is None:
            continue
        params = []
        for param in item.get("parameters", []) + operation.get("parameters", []):
            if "$ref" in param:
                param = document["components"]["parameters"][param["$ref"].rsplit("/", 1)[-1]]
            if param["in"] != "query":
                continue
            schema = param["schema"]
            params.append({
                "name": param["name"],
                "required": bool(param.get("required")),
                "integer": schema.get("type") == "integer",
                "values": [str(value) for value in schema.get("enum", [])],
            })
        scopes = [s for way in operation.get("security", []) for s in way.get("OAuth2AuthenticationCodeFlow", [])]
        facts.append({"path": path, "params": params, "scopes": scopes})
    json.dump({"operations": facts}, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")


main(sys.argv[1])
