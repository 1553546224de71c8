// Which shops the flows are walked in: themes x assigned pages x databases. PINRELAY_FLOWS=all walks in every one of
// them; otherwise in two that have each kind of each between them.

const THEMES = ['block', 'classic'];
const DATABASES = ['sqlite', 'mariadb'];
const NAMES = { sqlite: 'SQLite', mariadb: 'MariaDB' };

const ALL = DATABASES.flatMap((database) =>
  THEMES.flatMap((theme) => THEMES.map((pages) => ({ theme, pages, database }))),
);
const PAIR = [
  { theme: 'block', pages: 'block', database: 'sqlite' },
  { theme: 'classic', pages: 'classic', database: 'mariadb' },
];

/** The stand-in for WooCommerce has no blocks. */
const exists = (isStandIn) => (place) => !isStandIn || (place.theme === 'classic' && place.pages === 'classic');

/** @returns {Array<{theme: string, pages: string, database: string, real: boolean, label: string}>} */
export const places = (isStandIn, wish = process.env.PINRELAY_FLOWS) =>
  (wish === 'all' ? ALL : PAIR)
    .filter(exists(isStandIn))
    .map((place) => ({ ...place, real: !isStandIn, label: labelOf(place) }));

const labelOf = ({ theme, pages, database }) => `${theme} theme, ${pages} pages, ${NAMES[database]}`;
