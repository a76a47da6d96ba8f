"""The parts of Vigie's protoc plugin: how Swift names things, and what it writes for each."""
