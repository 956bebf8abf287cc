"""A small, lossless reader and writer of Terraform's language (HCL native syntax).

Edits are made by position in the text, so that comments and layout stay; nothing is printed back from a tree.
"""
