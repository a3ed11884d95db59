// The console's pages. The view that is opened first is fetched with it.

import { checkPages } from '../../../shared/pages/webtest/site.mjs';

checkPages({
  web: new URL('../web/', import.meta.url),
  base: '/admin',
  pages: ['index.html', 'lost.html', 'api.html'],
});
