#!/usr/bin/env python3
"""Derives what the Stripe look-alike knows from Stripe's own files.

    python3 testdata/sandbox/derive.py OPENAPI.json RESOURCES.json FIXTURES.json

writes stripe-facts.json and stripe-fixtures.json beside this script. The facts are the specification's: list paths with
their parameters, single GETs, expandable fields, nested lists, events. RESOURCES adds what is newer than OPENAPI (marked
`newer`), id prefixes and the fields that only an expansion shows. Nothing comes from the program's own tables.
"""
import json
import os
import re
import sys

openapi, resources, fixtures = (json.load(open(p)) for p in sys.argv[1:4])
here = os.path.dirname(os.path.abspath(__file__))
schemas = openapi["components"]["schemas"]
fixtures = fixtures["resources"]
known = {r["list_path"]: r for r in resources["resources"]}

# Rows that a list leaves out unless asked: (field, hidden when equal to, parameter that shows them). Prose of the
# specification ("By default, returns a list of subscriptions that have not been canceled"), so written down here.
HIDES = {
    "/v1/subscriptions": [["status", "canceled", "status"], ["test_clock", "*", "test_clock|customer"]],
    "/v1/prices": [["active", "false", "active"]],
    "/v1/customers": [["test_clock", "*", "test_clock"]],
    "/v1/quotes": [["test_clock", "*", "test_clock|customer"]],
    "/v1/reviews": [["open", "false", ""]],
    "/v1/payment_methods": [["type", "custom", "type"]],
}
# Lists that the specification still has but nobody uses; a client that asks for them is wrong.
LEGACY = {p for p in resources["meta"]["list_paths_in_public_spec_but_not_in_sdk"]}
# Shapes of objects newer than the fixtures.
NEW_SHAPES = {
    "apps.install": {"id": "", "object": "apps.install", "app": "com.example.app", "created": 0, "livemode": False, "status": "installed"},
    "billing.feedback_option": {"id": "", "object": "billing.feedback_option", "created": 0, "livemode": False, "label": "too_expensive"},
    "product_catalog.trial_offer": {"id": "", "object": "product_catalog.trial_offer", "created": 0, "livemode": False,
                                    "duration": {"type": "relative", "relative": {"iterations": 1}}, "name": None, "price": ""},
    "tax.location": {"id": "", "object": "tax.location", "created": 0, "livemode": False, "type": "performance", "description": None,
                     "address": {"city": "Rome", "country": "IT", "line1": None, "line2": None, "postal_code": "00100", "state": "RM"}},
    "three_d_secure.authentication": {"id": "", "object": "three_d_secure.authentication", "created": 0, "livemode": False,
                                      "status": "succeeded", "amount": 1000, "currency": "eur"},
    "payment_record": None,
}


def refs(node):
    """Names of the schemas that a property's value may be, through unions, arrays and list envelopes."""
    if not isinstance(node, dict):
        return []
    if "$ref" in node:
        return [node["$ref"].rsplit("/", 1)[1]]
    found = []
    for part in node.get("anyOf", []) + node.get("oneOf", []) + node.get("allOf", []):
        found += refs(part)
    if "items" in node:
        found += refs(node["items"])
    props = node.get("properties", {})
    if "data" in props and "has_more" in props:
        found += refs(props["data"])
    found += refs(node.get("x-expansionResources"))
    return list(dict.fromkeys(found))


def object_of(schema_name):
    enum = schemas.get(schema_name, {}).get("properties", {}).get("object", {}).get("enum")
    return enum[0] if enum else None


def parameters(operation):
    out = {}
    for p in operation.get("parameters", []):
        if p["in"] != "query":
            continue
        s, entry = p["schema"], {}
        alternatives = s.get("anyOf", [s])
        if any(a.get("title") == "range_query_specs" for a in alternatives):
            entry = {"range": 1}
        elif s.get("type") == "array":
            entry = {"array": 1}
        elif s.get("type") == "object":
            entry = {"keys": {k: ({"enum": v["enum"]} if "enum" in v else {}) for k, v in s.get("properties", {}).items()},
                     "needs": s.get("required", [])}
        else:
            enum = next((a["enum"] for a in alternatives if "enum" in a), None)
            if enum and not s.get("x-stripeBypassValidation"):
                entry["enum"] = [e for e in enum if e]
            if s.get("type") in ("boolean", "integer"):
                entry["type"] = s["type"]
        if p.get("required"):
            entry["required"] = 1
        out[p["name"]] = entry
    return out


lists, gets = [], []
for path, methods in openapi["paths"].items():
    op = methods.get("get")
    if not op or not path.startswith("/v1/") or path.endswith("/search"):
        continue
    answer = op["responses"]["200"]["content"].get("application/json", {}).get("schema", {})
    props = answer.get("properties", {})
    if "has_more" in props and "data" in props:
        if path in LEGACY:
            continue
        items = refs(props["data"].get("items", {}))
        objects = list(dict.fromkeys(filter(None, (object_of(i) for i in items))))
        params = parameters(op)
        entry = {"path": path, "objects": objects, "schemas": items, "params": params, "paginated": "starting_after" in params}
        if path in HIDES:
            entry["hides"] = HIDES[path]
        lists.append(entry)
    else:
        names = [n for n in refs(answer) if not n.startswith("deleted_")]
        objects = list(dict.fromkeys(filter(None, (object_of(n) for n in names))))
        # A union behind one name (payment_source, external_account).
        for n in names:
            if not object_of(n):
                objects += [o for o in (object_of(x) for x in refs(schemas.get(n, {}))) if o]
        if objects:
            gets.append({"path": path, "objects": objects, "schemas": names, "params": parameters(op)})

normal = lambda p: re.sub(r"\{[^}]*\}", "{}", p)
have = {normal(l["path"]) for l in lists}
paging = {"ending_before": {}, "starting_after": {}, "limit": {"type": "integer"}, "expand": {"array": 1}}
for path, r in known.items():
    if normal(path) in have:
        continue
    params = dict(paging)
    for name in r["time_filters"]:
        params[name] = {"range": 1}
    for name in r["filter_params"]:
        params.setdefault(name, {})
    for name in r["required_params"]:
        params[name] = {"required": 1}
    lists.append({"path": path, "objects": r["object"].split("|"), "schemas": r["object"].split("|"), "params": params,
                  "paginated": r["paginated"], "newer": 1})
    if r["retrieve_path"]:
        gets.append({"path": r["retrieve_path"], "objects": r["object"].split("|"), "schemas": r["object"].split("|"),
                     "params": {"expand": {"array": 1}}, "newer": 1})
have_gets = {normal(g["path"]) for g in gets}
for path, r in known.items():
    if r["retrieve_path"] and normal(r["retrieve_path"]) not in have_gets:
        gets.append({"path": r["retrieve_path"], "objects": r["object"].split("|"), "schemas": r["object"].split("|"),
                     "params": {"expand": {"array": 1}}, "newer": 1})

# Schemas reachable by expansion: field -> target schemas.
expandable, todo = {}, [s for l in lists + gets for s in l["schemas"]]
while todo:
    name = todo.pop()
    if name in expandable or name not in schemas:
        continue
    s = schemas[name]
    fields = {f: refs(s["properties"].get(f, {})) for f in s.get("x-expandableFields", [])}
    if not object_of(name) and "anyOf" in s:
        fields = {"": refs(s)}
    expandable[name] = fields
    todo += [t for ts in fields.values() for t in ts]
expandable = {name: fields for name, fields in expandable.items() if fields}

objects = {}
for path, r in known.items():
    for obj in r["object"].split("|"):
        o = objects.setdefault(obj, {"prefix": "", "expand_only": [], "nested": {}})
        if r["id_prefix"] and not o["prefix"]:
            o["prefix"] = r["id_prefix"].split("|")[0]
        for f in r.get("expand_to_get") or []:
            if f not in o["expand_only"]:
                o["expand_only"].append(f)
        for n in r["nested_lists"] or []:
            o["nested"][n["field"]] = n["complete_path"]
        if r["deleted_event"] and "|" not in r["object"]:
            o["deleted_event"] = r["deleted_event"]
        if r.get("has_created"):
            o["has_created"] = 1

events = {}
for line in open(os.path.join(os.path.dirname(os.path.abspath(sys.argv[2])), "stripe-events.txt")):
    if not line.startswith("#") and "\t" in line:
        name, carried = line.rstrip("\n").split("\t")
        events[name] = carried.split("|")
spec_events = set()
for s in openapi["paths"]["/v1/webhook_endpoints"]["post"]["requestBody"]["content"].values():
    spec_events |= set(s["schema"]["properties"]["enabled_events"]["items"]["enum"])
newer_events = sorted(e for e in events if e not in spec_events)

facts = {"version": resources["meta"]["api_version"], "spec": openapi["info"]["version"],
         "lists": sorted(lists, key=lambda l: l["path"]), "gets": sorted(gets, key=lambda g: g["path"]),
         "expandable": expandable, "objects": objects, "events": events, "newer_events": newer_events}


def sample(node, depth=0):
    """The plainest value that a schema admits."""
    if node.get("nullable") or depth > 6:
        return None
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[1]
        return shape(name, depth + 1)
    for union in ("anyOf", "oneOf"):
        if union in node:
            return sample(node[union][0], depth)
    kind = node.get("type")
    if "enum" in node:
        return node["enum"][0]
    if kind == "object":
        return {k: sample(v, depth + 1) for k, v in node.get("properties", {}).items() if k in node.get("required", [])}
    return {"array": [], "integer": 0, "number": 0, "boolean": False, "string": ""}.get(kind)


def shape(schema_name, depth=0):
    """A fixture with the properties that the newer specification requires."""
    s = schemas.get(schema_name, {})
    out = dict(fixtures.get(schema_name, {})) if depth == 0 else {}
    for prop, node in s.get("properties", {}).items():
        if prop in s.get("required", []) and prop not in out:
            out[prop] = sample(node, depth)
    return out


wanted = sorted(set(objects) | {o for g in gets for o in g["objects"]} | {"event", "discount", "mandate", "source"})
shapes = {}
for name in wanted:
    schema = next((k for k in ([name] + list(schemas)) if object_of(k) == name and not k.startswith("deleted_")), None)
    value = shape(schema) if schema else NEW_SHAPES.get(name)
    if value:
        # Stripe sends id and object first, the rest in alphabetical order.
        rest = {k: value[k] for k in sorted(value) if k not in ("id", "object")}
        shapes[name] = {**({"id": value["id"]} if "id" in value else {}), "object": name, **rest}

for name, value in (("stripe-facts.json", facts), ("stripe-fixtures.json", shapes)):
    with open(os.path.join(here, name), "w") as out:
        json.dump(value, out, separators=(",", ":"), ensure_ascii=False, sort_keys=name.endswith("facts.json"))
        out.write("\n")
print(len(lists), "lists", len(gets), "gets", len(expandable), "schemas", len(events), "events", len(shapes), "shapes")
