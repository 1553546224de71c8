// Steps that several flows take.

let made = 0;

/** Makes an account on the account page, which logs the shopper in; gives its e-mail. WooCommerce makes up the password. */
export async function signUp({ open, page }) {
  await open('/my-account/');
  made += 1;
  const email = `shopper.${process.pid}.${made}@example.org`;
  await page.locator('#reg_email').fill(email);
  await Promise.all([page.waitForEvent('load'), page.locator('[name=register]').click()]);
  return email;
}

/** Has the shop do an action in a request of the shopper's (switches.php). */
export const happens = (shopper, action, ...given) =>
  shopper.open(`/?${new URLSearchParams({ happens: action, with: JSON.stringify(given) })}`);

/**
 * Loads the page of an order anew. A claim at work ends before: a call of the tag that Pinterest took, and the browser does
 * not know of, is made again by the next page.
 */
export const looksAgain = ({ page }) =>
  Promise.all([
    page.waitForEvent('load'),
    page.evaluate(() => {
      // Kept until the page is gone, so that no claim begins meanwhile.
      navigator.locks.request('pinrelay-order', () => new Promise(() => location.reload()));
    }),
  ]);
