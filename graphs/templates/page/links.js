// The links of a view: those of the backbone, and all that a disruption cuts most of.

const MOST_LINKS = 420; // of the backbone in one view
const MOST_CUT = 40; // of the disrupted ones outside it
let weaker = 0; // links that are left out because there are too many

// The links between items, by their places in the chain, largest first. Where there are too many of the backbone, they
// are the strongest of each item and then the largest.
function linksAmong(at, kind, day) {
  const within = ({ from, to, flow }, first) => {
    const found = [];
    for (let i = 0; i < flow.length; i += 1) {
      const ends = [at.get(from[i]), at.get(to[i])];
      if (ends[0] && ends[1]) found.push({ place: first + i, from: ends[0], to: ends[1], flow: flow[i] });
    }
    return found;
  };
  const joined = new Set();
  const isStrongest = ({ from, to }) => {
    const found = !joined.has(from) || !joined.has(to);
    joined.add(from).add(to);
    return found;
  };
  const all = within(links[kind], 0);
  const strongest = new Set(all.filter(isStrongest));
  let room = MOST_LINKS - strongest.size;
  const kept = all.filter((edge) => strongest.has(edge) || (room -= 1) >= 0);
  weaker = all.length - kept.length;
  const cut = within(days[day].others[kind], links[kind].flow.length).slice(0, MOST_CUT);
  return [...kept, ...cut].sort((a, b) => b.flow - a.flow).map((edge, id) => ({ ...edge, id }));
}

// Whether the link at a place is disrupted.
const isCut = (place) => days[state.day].cut[view.kind].has(place);

// The same of the link between two things.
function isCutBetween(kind, from, to) {
  const { others, cut } = days[state.day];
  const first = links[kind].flow.length;
  for (const place of cut[kind].keys()) {
    const [ends, i] = place < first ? [links[kind], place] : [others[kind], place - first];
    if (ends.from[i] === from && ends.to[i] === to) return true;
  }
  return false;
}
