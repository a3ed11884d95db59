// The pages themselves.

import { checkPages } from '../../../shared/pages/webtest/site.mjs';

checkPages({
  web: new URL('../web/', import.meta.url),
  pages: ['index.html', 'receive.html', 'request.html', 'how.html', 'lost.html', 'api.html'],
});
