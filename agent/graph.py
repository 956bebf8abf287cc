"""The whole conversation, as a graph.

START -> converse -> (tool calls) -> use_tools -> converse
converse -> (no calls) -> ground -> END
use_tools -> (proposals made) -> review [interrupt] -> carry_out -> converse
"""

from __future__ import annotations

from typing import Any, Literal

from langchain_core.messages import AIMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent.models import ChatModels
from agent.nodes.carry_out import CarryOut, Settle
from agent.nodes.converse import Converse, SystemPrompt
from agent.nodes.ground import Ground
from agent.nodes.review import review
from agent.nodes.use_tools import UseTools
from agent.state import AgentState, TurnContext
from agent.toolbox import Toolbox

Graph = CompiledStateGraph[AgentState, TurnContext, AgentState, AgentState]


def after_converse(state: AgentState) -> Literal["use_tools", "ground"]:
    last = state["messages"][-1]
    calls = isinstance(last, AIMessage) and (last.tool_calls or last.invalid_tool_calls)
    return "use_tools" if calls else "ground"


def after_tools(state: AgentState) -> Literal["review", "converse"]:
    return "review" if state.get("proposals") else "converse"


def build_graph(
    models: ChatModels,
    toolbox: Toolbox,
    system_prompt: SystemPrompt,
    settle: Settle,
    checkpointer: BaseCheckpointSaver[Any],
) -> Graph:
    """Compile the conversation over its parts."""
    graph = StateGraph(AgentState, context_schema=TurnContext)
    graph.add_node("converse", Converse(models, system_prompt))
    graph.add_node("use_tools", UseTools(toolbox))
    graph.add_node("review", review)
    graph.add_node("carry_out", CarryOut(settle))
    graph.add_node("ground", Ground(models, system_prompt))
    graph.add_edge(START, "converse")
    graph.add_conditional_edges("converse", after_converse)
    graph.add_conditional_edges("use_tools", after_tools)
    graph.add_edge("review", "carry_out")
    graph.add_edge("carry_out", "converse")
    graph.add_edge("ground", END)
    return graph.compile(checkpointer=checkpointer, name="posture")
