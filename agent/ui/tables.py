"""Tables of the chat history: people, threads, steps and the elements that belong to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tools.store import Base


class ChatUser(Base):
    """Someone who has logged in. `profile` holds the role that the login gave (for show; checked anew for
    decisions).
    """

    __tablename__ = "chat_users"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    identifier: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[str] = mapped_column(String(40))
    profile: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ChatThread(Base):
    """One conversation; its id is also the id of the agent's thread."""

    __tablename__ = "chat_threads"
    __table_args__ = (Index("ix_chat_threads_user_id_updated_at", "user_id", "updated_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("chat_users.id", ondelete="CASCADE"))
    name: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[str] = mapped_column(String(40))
    updated_at: Mapped[str] = mapped_column(String(40))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ChatStep(Base):
    """A message or a tool call, as the page knows it (`body`)."""

    __tablename__ = "chat_steps"
    __table_args__ = (Index("ix_chat_steps_thread_id_created_at", "thread_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("chat_threads.id", ondelete="CASCADE"))
    created_at: Mapped[str] = mapped_column(String(40))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class ChatElement(Base):
    """A table, finding, fix or card under a message (`body` holds its props). Cards ask for their state
    anew.
    """

    __tablename__ = "chat_elements"
    __table_args__ = (Index("ix_chat_elements_thread_id", "thread_id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("chat_threads.id", ondelete="CASCADE"))
    step_id: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
