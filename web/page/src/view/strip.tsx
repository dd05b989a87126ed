// The strip of figures. Each is measured; a click on one filters by it.
import {nowMs, openedAtMs} from '../model/clock';
import {clockText, countText} from '../model/format';
import {showTab} from '../model/preferences';
import {figures, filterText, history, hosts, type Sample} from '../model/store';

const width = 92;
const height = 30;

function Spark({read, colour}: {read: (sample: Sample) => number; colour: string}) {
  const values = history.value.map(read);
  if (values.length < 2) return null;
  const least = Math.min(...values);
  const most = Math.max(...values);
  const span = Math.max(most - least, 1);
  // Seconds run from right to left, so a young page has a short line at the right and not a stretched one.
  const points = values.map((value, i) => {
    const x = width - (values.length - 1 - i) * (width / 59);
    const y = height - 3 - ((value - least) / span) * (height - 8);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <polyline points={points.join(' ')} fill="none" stroke={`var(${colour})`} stroke-width="1.5" />
    </svg>
  );
}

interface FigureProps {
  label: string;
  value: string;
  small?: string;
  filter?: string;
  read?: (sample: Sample) => number;
  colour?: string;
}

function Figure({label, value, small, filter, read, colour = '--ok'}: FigureProps) {
  const content = (
    <>
      <span class="figure-label">{label}</span>
      <b>
        {value}
        {small && <small>{small}</small>}
      </b>
      {read && <Spark read={read} colour={colour} />}
    </>
  );
  if (filter === undefined) return <div class="figure">{content}</div>;
  return (
    <button
      class="figure"
      onClick={() => {
        filterText.value = filter;
        showTab('workers');
      }}
      title={filter === '' ? 'Show all' : `Show ${filter}`}
    >
      {content}
    </button>
  );
}

export function Strip() {
  const {alive, apps, suspect, died, spawned} = figures.value;
  const heard = hosts.value.filter((host) => host.connected).length;
  const since = clockText(openedAtMs, nowMs()).slice(0, 5);
  const appText = apps === 0 ? undefined : `+ ${countText(apps)} ${apps === 1 ? 'app' : 'apps'}`;
  return (
    <section class="strip" aria-label="Figures">
      <Figure label="Workers" value={countText(alive)} small={appText} filter="" read={(s) => s.workers} />
      <Figure
        label="Suspect"
        value={countText(suspect)}
        filter="state:suspect"
        read={(s) => s.suspect}
        colour="--warn"
      />
      <Figure
        label={`Died since ${since}`}
        value={countText(died)}
        filter="state:dead"
        read={(s) => s.died}
        colour="--bad"
      />
      <Figure
        label={`Spawned since ${since}`}
        value={countText(spawned)}
        read={(s) => s.spawned}
        colour="--call"
      />
      <Figure label="Hosts heard" value={countText(heard)} small={`of ${countText(hosts.value.length)}`} />
    </section>
  );
}
