"""Azure Resource Graph over the sandbox's store: KQL as real tools send it, read-only, paged.

text → `lexer` → `parser` → syntax tree → `operators` (compiled to functions over rows) → answer (`service`).
Source: "Understanding the Azure Resource Graph query language" and the Kusto Query Language reference.
"""
