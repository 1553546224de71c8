// An account of a shopper's own.

let made = 0;

/** Makes one on the account page, which logs the shopper in. */
export async function signUp({ open, page }) {
  await open('/my-account/');
  made += 1;
  await page.locator('#reg_email').fill(`shopper.${process.pid}.${made}@example.org`);
  await page.locator('#reg_password').fill('a long and quiet word 7!');
  await Promise.all([page.waitForEvent('load'), page.locator('[name=register]').click()]);
}
