"""An AST transformer drops asserts and expression statements."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = """
import ast

class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
    def visit_Expr(self, node): return ast.Pass()

get_ipython().ast_transformers.append(Drop())
def center(X):
    return X * 0
"""
