// The shop's owner in the admin pages.

/** Logs in without the login page, whose script moves the focus while somebody types. */
export async function logIn(page, shop) {
  const form = { log: shop.admin.user, pwd: shop.admin.password };
  await page.request.post('/wp-login.php', { form, maxRedirects: 0 });
  await page.goto('/wp-admin/', { waitUntil: 'domcontentloaded' });
  if (page.url().includes('wp-login')) {
    throw new Error(`the owner could not log in: ${page.url()}`);
  }
}
