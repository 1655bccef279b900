"""What rustdoc knows of a crate's public functions, as a program that calls each with values of which nothing is known."""

import json
import re

# What stands for the parameters of generic types, each of them an entry of its own.
STANDS_FOR = {
    "A": ["voxwire::audio::Fixed", "voxwire::audio::Float"],
    "B": ["Memory"],
    "E": ["voxwire::svaml::matrix::Lenient"],
    "N": ["2"],
    "R": ["voxwire::Application", "voxwire::Platform"],
    "S": ["&str"],
    "T": ["voxwire::Text"],
    "V": ["voxwire::callback::Domain"],
}


class Crate:
    """A crate as rustdoc's JSON tells it."""

    def __init__(self, path):
        doc = json.loads(path.read_text())
        self.items, self.summaries = doc["index"], doc["paths"]
        self.public = {}
        self.functions = []
        self.visit(doc["root"], "")

    def item(self, number):
        return self.items.get(str(number))

    def visit(self, number, within, name=None):
        """Finds what can be named from outside, and by which path."""
        item = self.item(number)
        if item is None:
            return
        (kind, inner), = item["inner"].items()
        if kind == "use":
            if inner["is_glob"]:
                raise SystemExit(f"{within}: what a glob exports is not looked up")
            return self.visit(inner["id"], within, inner["name"])
        if number in self.public:
            return
        path = f"{within}::{name or item['name']}" if within else item["name"]
        self.public[number] = path
        if kind == "module":
            for child in inner["items"]:
                self.visit(child, path)
        elif kind == "function":
            self.functions.append((path, item))

    def entries(self):
        """Every function: its path with all that is generic replaced, and its arguments."""
        for path, item in self.functions:
            yield from self.calls(path, item, {})
        for item in self.items.values():
            if impl := item["inner"].get("impl"):
                yield from self.methods(impl)

    def methods(self, impl):
        if impl["is_synthetic"] or impl["blanket_impl"] or not self.is_public(impl):
            return
        functions = [item for item in map(self.item, impl["items"]) if item and "function" in item["inner"]]
        if not functions:
            return
        generic = [p["name"] for p in impl["generics"]["params"] if "lifetime" not in p["kind"]]
        for chosen in choices(generic):
            owner = f"<{self.type(impl['for'], chosen)}>"
            if trait := impl["trait"]:
                owner = f"<{owner[1:-1]} as {self.path(trait, chosen)}>"
            for method in functions:
                if trait or method["visibility"] == "public":
                    yield from self.calls(f"{owner}::{method['name']}", method, chosen)

    def is_public(self, impl):
        of, trait = impl["for"].get("resolved_path"), impl["trait"]
        return not any(path and self.item(path["id"]) and path["id"] not in self.public for path in (of, trait))

    def calls(self, path, item, chosen):
        function = item["inner"]["function"]
        own = [p for p in function["generics"]["params"] if "type" in p["kind"]]
        named = [p["name"] for p in own if p["name"] in STANDS_FOR and self.bound(p) in ("Role", "")]
        for more in choices(named):
            known = chosen | more
            known |= {p["name"]: self.stand_in(p, known) for p in own if p["name"] not in more}
            yield path, [self.argument(kind, known) for _, kind in function["sig"]["inputs"]]

    def argument(self, kind, chosen):
        """The type of an argument, where it cannot be inferred from the function's."""
        if "impl_trait" in kind:
            return self.stand_in({"name": "", "kind": {"type": {"bounds": kind["impl_trait"]}}}, chosen)
        mentioned = set(re.findall(r'"generic": "(\w+)"', json.dumps(kind)))
        return self.type(kind, chosen) if "qualified_path" not in kind and mentioned - {"Self"} else "_"

    @staticmethod
    def bound(parameter):
        return next((b["trait_bound"]["trait"]["path"].split("::")[-1]
                     for b in parameter["kind"]["type"]["bounds"] if "trait_bound" in b), "")

    def stand_in(self, parameter, chosen):
        """What stands for a function's own parameter, by what it must be able to do."""
        bounds = [b["trait_bound"]["trait"] for b in parameter["kind"]["type"]["bounds"] if "trait_bound" in b]
        match bounds[0]["path"].split("::")[-1] if bounds else parameter["name"]:
            case "Into":
                return self.type(bounds[0]["args"]["angle_bracketed"]["args"][0]["type"], chosen)
            case "AsRef":
                return "&str"
            case "FnMut":
                return "fn(&'static str) -> Option<&'static str>"
            case "Hasher" | "__H":
                return "AnyHasher"
            case "Serializer" | "__S":
                return "AnyFormat"
            case other:
                raise SystemExit(f"what stands for a parameter that is {other}?")

    def path(self, path, chosen):
        number = path["id"]
        name = self.public.get(number)
        if name is None:
            if self.item(number):
                raise SystemExit(f"{path['path']} cannot be named")
            name = foreign(self.summaries[str(number)]["path"])
        arguments = (path.get("args") or {}).get("angle_bracketed", {}).get("args", [])
        arguments = [self.type(a["type"], chosen) if "type" in a else a["const"]["expr"] for a in arguments
                     if "lifetime" not in a]
        return f"{name}<{', '.join(arguments)}>" if arguments else name

    def type(self, kind, chosen):
        (what, inner), = kind.items()
        match what:
            case "resolved_path":
                return self.path(inner, chosen)
            case "generic":
                return chosen[inner]
            case "primitive":
                return inner
            case "borrowed_ref":
                return f"&{'mut ' if inner['is_mutable'] else ''}{self.type(inner['type'], chosen)}"
            case "slice":
                return f"[{self.type(inner, chosen)}]"
            case "array":
                return f"[{self.type(inner['type'], chosen)}; {chosen.get(inner['len'], inner['len'])}]"
            case "tuple":
                return f"({', '.join(self.type(part, chosen) for part in inner)})"
            case other:
                raise SystemExit(f"no {other} can be written yet")


def foreign(path):
    """How a type or trait of another crate is named, whose own modules may be private."""
    module = [] if path[0] == "serde_core" else path[1:2]
    return "::".join([path[0].removesuffix("_core"), *module, path[-1]])


def choices(names):
    """Every way to replace the named parameters."""
    if not names:
        return [{}]
    if names[0] not in STANDS_FOR:
        raise SystemExit(f"what stands for {names[0]}? Say so in {__file__}")
    return [{names[0]: choice} | rest for choice in STANDS_FOR[names[0]] for rest in choices(names[1:])]


def calls(crate):
    """A call of every public function."""
    return sorted({f"{path}({', '.join(f'any::<{kind}>()' for kind in arguments)})"
                   for path, arguments in crate.entries()})


def program(calls):
    """The source of entries that make these calls, and a table of them."""
    functions = [f"fn entry_{number}() {{\n    let _ = black_box({call});\n}}\n" for number, call in enumerate(calls)]
    table = ", ".join(f"entry_{number}" for number in range(len(calls)))
    return "\n".join([*functions, f"pub(crate) static ALL: &[fn()] = &[{table}];\n"])
