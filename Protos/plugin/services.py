"""The Swift of services: each method as a type that knows its path and its messages."""

from . import names


def write_service(w, schema, file, index, service):
    full_name = f"{file.package}.{service.name}"
    w.doc(schema.comment(file, (6, index)), f"The service `{full_name}`.")
    with w.block(f"public enum {service.name}"):
        w("/// The service's full name.")
        w(f'public static let name: StaticString = "{full_name}"')
        w()
        for number, method in enumerate(service.method):
            comment = schema.comment(file, (6, index, 2, number))
            w.doc(comment, f"The method `{full_name}.{method.name}`.")
            with w.block(f"public enum {names.type_name(method.name, 'Method')}: RPCMethod"):
                w(f"public typealias Request = {schema.types[method.input_type].swift}")
                w(f"public typealias Response = {schema.types[method.output_type].swift}")
                path = f"/{full_name}/{method.name}"
                w(f'@inlinable public static var path: StaticString {{ "{path}" }}')
                for key in ("client", "server"):
                    value = str(getattr(method, f"{key}_streaming")).lower()
                    w(f"@inlinable public static var {key}Streaming: Bool {{ {value} }}")
            w()
    w()
