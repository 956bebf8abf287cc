export default function FollowUps() {
  const items = props.items || [];
  if (!items.length) return null;
  return (
    <nav className="pa-follow" aria-label="What to ask next">
      {items.map((item, i) => (
        <button key={i} type="button" className="pa-pill" title={item.text} onClick={() => sendUserMessage(item.text)}>
          {item.label}
        </button>
      ))}
    </nav>
  );
}
