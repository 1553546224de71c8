// The shop's owner at the back door.

export async function logIn(page, shop) {
  await page.goto('/wp-login.php');
  await page.locator('#user_login').fill(shop.admin.user);
  await page.locator('#user_pass').fill(shop.admin.password);
  await Promise.all([page.waitForURL(/wp-admin/), page.locator('#wp-submit').click()]);
}
